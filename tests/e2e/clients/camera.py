#!/usr/bin/python3
"""A camera: H264 and PCMU over RTSP, by gst-rtsp-server.

    camera.py PORT [USER PASSWORD]      prints "ready" once it listens on the loopback interface
"""
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer

PICTURES = ("videotestsrc is-live=true pattern=smpte horizontal-speed=4 ! video/x-raw,width=320,height=240,framerate=25/1 ! "
            "videoconvert ! openh264enc gop-size=25 bitrate=400000 complexity=low ! "
            "rtph264pay name=pay0 pt=96 config-interval=1")
SOUND = "audiotestsrc is-live=true freq=440 ! audio/x-raw,rate=8000,channels=1 ! mulawenc ! rtppcmupay name=pay1 pt=0"


def protect(server, factory, user, password):
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth.set_supported_methods(2)  # digest, as most cameras
    auth.add_digest(user, password, token)
    server.set_auth(auth)
    access = GstRtspServer.RTSPPermissions()
    access.add_permission_for_role("viewer", "media.factory.access", True)
    access.add_permission_for_role("viewer", "media.factory.construct", True)
    factory.set_permissions(access)


def main(port, user=None, password=None):
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f"( {PICTURES} {SOUND} )")
    factory.set_shared(True)
    if user:
        protect(server, factory, user, password)
    server.get_mount_points().add_factory("/live", factory)
    server.attach(None)
    print("ready", flush=True)
    GLib.MainLoop().run()


main(*sys.argv[1:])
