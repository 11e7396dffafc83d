import unittest

import naming


class Naming(unittest.TestCase):
    def test_snake(self):
        for wire, expected in {
            "networkInterfaces": "network_interfaces",
            "ICECandidatePairs": "ice_candidate_pairs",
            "IceConnectionState": "ice_connection_state",
            "E2ELatency": "e2e_latency",
            "audioE2ELatency": "audio_e2e_latency",
            "externalIPv4": "external_ipv4",
            "useIpv6": "use_ipv6",
            "sdpMLineIndex": "sdp_m_line_index",
            "streamID": "stream_id",
            "base64Certificate": "base64_certificate",
            "keyBase64": "key_base64",
            "rtcpTransportStatsId": "rtcp_transport_stats_id",
            "datachannelid": "datachannelid",
            "WebRtcEndpoint": "web_rtc_endpoint",
            "DSCPValue": "dscp_value",
            "zOrder": "z_order",
            "set_one": "set_one",
            "default": "default_",
        }.items():
            self.assertEqual(naming.snake(wire), expected)

    def test_enumerators(self):
        for wire, expected in {"NOT_FLOWING": "not_flowing", "H264": "h264", "AES_128_CM_HMAC_SHA1_32":
                               "aes_128_cm_hmac_sha1_32", "NEW": "new_", "serverreflexive": "serverreflexive",
                               "DoubleWide": "double_wide", "AF11": "af11"}.items():
            self.assertEqual(naming.enumerator(wire), expected)

    def test_accessors(self):
        self.assertEqual(naming.accessor("get", "iceTcp"), "getIceTcp")
        self.assertEqual(naming.accessor("set", "ICECandidatePairs"), "setICECandidatePairs")


if __name__ == "__main__":
    unittest.main()
