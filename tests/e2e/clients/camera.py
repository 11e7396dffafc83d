#!/usr/bin/python3
"""A camera: H264 and PCMU over RTSP, by gst-rtsp-server.

Prints "ready" once it listens on the loopback interface.
"""
import argparse

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtsp, GstRtspServer

PICTURES = ("videotestsrc is-live=true pattern=smpte horizontal-speed=4 ! video/x-raw,width=320,height=240,framerate=25/1 ! "
            "videoconvert ! openh264enc gop-size=25 bitrate=400000 complexity=low ! "
            "rtph264pay name=pay0 pt=96 config-interval=1")
SOUND = "audiotestsrc is-live=true freq=440 ! audio/x-raw,rate=8000,channels=1 ! mulawenc ! rtppcmupay name=pay1 pt=0"


def protect(auth, factory, user, password):
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth.set_supported_methods(2)  # digest, as most cameras
    auth.add_digest(user, password, token)
    access = GstRtspServer.RTSPPermissions()
    access.add_permission_for_role("viewer", "media.factory.access", True)
    access.add_permission_for_role("viewer", "media.factory.construct", True)
    factory.set_permissions(access)


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port")
    parser.add_argument("--user")
    parser.add_argument("--password")
    parser.add_argument("--tcp", action="store_true", help="sends over the connection of RTSP alone")
    parser.add_argument("--certificate", help="PEM file: it speaks TLS")
    parser.add_argument("--key", help="PEM file")
    return parser.parse_args()


def main(chosen):
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(chosen.port)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f"( {PICTURES} {SOUND} )")
    factory.set_shared(True)
    if chosen.tcp:
        factory.set_protocols(GstRtsp.RTSPLowerTrans.TCP)
    if chosen.user or chosen.certificate:
        auth = GstRtspServer.RTSPAuth()
        if chosen.user:
            protect(auth, factory, chosen.user, chosen.password)
        if chosen.certificate:
            auth.set_tls_certificate(Gio.TlsCertificate.new_from_files(chosen.certificate, chosen.key))
        server.set_auth(auth)
    server.get_mount_points().add_factory("/live", factory)
    server.attach(None)
    print("ready", flush=True)
    GLib.MainLoop().run()


main(options())
