/// What a real server says of itself at `/gossip`.
enum RecordedGossip {
    static let singleNode = """
        {
          "members": [
            {
              "instanceId": "cc98d4e5-2836-4698-8fcf-49f3a53f29e7",
              "timeStamp": "2026-11-21T07:36:58.580871Z",
              "state": "Master",
              "isAlive": true,
              "internalTcpIp": "127.0.0.1",
              "internalTcpPort": 1702,
              "internalSecureTcpPort": 0,
              "externalTcpIp": "127.0.0.1",
              "externalTcpPort": 1703,
              "externalSecureTcpPort": 0,
              "internalHttpIp": "127.0.0.1",
              "internalHttpPort": 2702,
              "externalHttpIp": "127.0.0.1",
              "externalHttpPort": 2703,
              "lastCommitPosition": 59460,
              "writerCheckpoint": 59569,
              "chaserCheckpoint": 59569,
              "epochPosition": 0,
              "epochNumber": 0,
              "epochId": "20f10638-d446-401b-80df-5bd9cac79092",
              "nodePriority": 0
            }
          ],
          "serverIp": "127.0.0.1",
          "serverPort": 2702
        }
        """
}
