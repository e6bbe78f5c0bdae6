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

    /// A slave, as the nodes of its cluster see it.
    static let slave = """
        {
          "instanceId": "a7258d0c-e400-4f84-aea0-f201b71d8371",
          "timeStamp": "2026-11-21T07:38:34.368494Z",
          "state": "Slave",
          "isAlive": true,
          "internalTcpIp": "127.0.0.1",
          "internalTcpPort": 1731,
          "internalSecureTcpPort": 0,
          "externalTcpIp": "127.0.0.1",
          "externalTcpPort": 1733,
          "externalSecureTcpPort": 0,
          "internalHttpIp": "127.0.0.1",
          "internalHttpPort": 2732,
          "externalHttpIp": "127.0.0.1",
          "externalHttpPort": 2733,
          "lastCommitPosition": 2014,
          "writerCheckpoint": 2154,
          "chaserCheckpoint": 2154,
          "epochPosition": 1828,
          "epochNumber": 1,
          "epochId": "50aa4b63-0c47-4e3f-8b04-7ddc04032f32",
          "nodePriority": 0
        }
        """

    /// A node that another one knows by address only.
    static let stranger = """
        {
          "instanceId": "00000000-0000-0000-0000-000000000000",
          "timeStamp": "2026-11-21T07:37:36.462229Z",
          "state": "Manager",
          "isAlive": false,
          "internalTcpIp": "127.0.0.1",
          "internalTcpPort": 2732,
          "internalSecureTcpPort": 0,
          "externalTcpIp": "127.0.0.1",
          "externalTcpPort": 2732,
          "externalSecureTcpPort": 0,
          "internalHttpIp": "127.0.0.1",
          "internalHttpPort": 2732,
          "externalHttpIp": "127.0.0.1",
          "externalHttpPort": 2732,
          "lastCommitPosition": -1,
          "writerCheckpoint": -1,
          "chaserCheckpoint": -1,
          "epochPosition": -1,
          "epochNumber": -1,
          "epochId": "00000000-0000-0000-0000-000000000000",
          "nodePriority": 0
        }
        """

    /// A node that has not found the others, as it sees itself.
    static let loner = """
        {
          "instanceId": "150f65f8-3881-44c5-b6a5-4ccef565f5ca",
          "timeStamp": "2026-11-21T07:37:50.185437Z",
          "state": "Unknown",
          "isAlive": true,
          "internalTcpIp": "127.0.0.1",
          "internalTcpPort": 1711,
          "internalSecureTcpPort": 0,
          "externalTcpIp": "127.0.0.1",
          "externalTcpPort": 1713,
          "externalSecureTcpPort": 0,
          "internalHttpIp": "127.0.0.1",
          "internalHttpPort": 2712,
          "externalHttpIp": "127.0.0.1",
          "externalHttpPort": 2713,
          "lastCommitPosition": -1,
          "writerCheckpoint": 0,
          "chaserCheckpoint": 0,
          "epochPosition": -1,
          "epochNumber": -1,
          "epochId": "00000000-0000-0000-0000-000000000000",
          "nodePriority": 0
        }
        """
}
