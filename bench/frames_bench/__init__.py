"""The bench of the frame path: transcoding, mixing and filters of a whole server, with pictures that come by WebRTC."""
