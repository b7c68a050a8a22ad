// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization
import Workers

/// A request as it came to an ``HTTPTestServer``.
public struct ServedRequest: Sendable {
  /// `GET`, …
  public var method: String
  /// Path and query as they were sent.
  public var target: String
  /// By name in lower case.
  public var headers: [String: String]
  /// All of it.
  public var body: [UInt8]

  /// The target up to `?`.
  public var path: String { String(target.prefix { $0 != "?" }) }

  /// The part of the query called `name`, as it was sent; nil if there is none.
  public func query(_ name: String) -> String? {
    for part in target.drop(while: { $0 != "?" }).dropFirst().split(separator: "&") {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if pair[0] == name { return pair.count == 2 ? String(pair[1]) : "" }
    }
    return nil
  }
}

/// What an ``HTTPTestServer`` sends back: these bytes, whatever they are; then it hangs up, if it is told to.
public struct ServedAnswer: Sendable {
  /// Status line, headers and body.
  public var bytes: [UInt8]
  /// True if no further request is taken on the connection.
  public var hangsUp: Bool

  /// A whole answer. `headers` that name no length get the body's.
  public init(_ status: Int, headers: [(String, String)] = [], body: [UInt8] = []) {
    var head = "HTTP/1.1 \(status) Said\r\n"
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    if !headers.contains(where: { $0.0 == "Content-Length" }) { head += "Content-Length: \(body.count)\r\n" }
    bytes = Array((head + "\r\n").utf8) + body
    hangsUp = false
  }

  /// The same with a text.
  public init(_ status: Int, headers: [(String, String)] = [], text: String) {
    self.init(status, headers: headers, body: Array(text.utf8))
  }

  /// No answer: the connection ends.
  public static var dropped: ServedAnswer {
    var answer = ServedAnswer(200)
    answer.bytes = []
    answer.hangsUp = true
    return answer
  }

  /// The same without its last `count` bytes, after which the connection ends.
  public func cut(by count: Int) -> ServedAnswer {
    var answer = self
    answer.bytes.removeLast(count)
    answer.hangsUp = true
    return answer
  }
}

/// An HTTP/1.1 server on a port of 127.0.0.1 that answers as a closure says: as many connections as come, each on a thread of its own.
public final class HTTPTestServer: Sendable {
  private struct State {
    var requests: [ServedRequest] = []
    var connections: Set<Int32> = []
    var connectionCount = 0
    var isStopped = false
  }

  /// Where it is to be found: `http://127.0.0.1:PORT`.
  public let url: String
  private let listener: Int32
  private let answer: @Sendable (ServedRequest) -> ServedAnswer
  private let state = Mutex(State())

  /// Runs `body` with a server that lives as long as that.
  public static func serving<R>(
    _ answer: @escaping @Sendable (ServedRequest) -> ServedAnswer, _ body: (HTTPTestServer) throws -> R
  ) throws -> R {
    let server = try HTTPTestServer(answer)
    defer { server.stop() }
    return try body(server)
  }

  private init(_ answer: @escaping @Sendable (ServedRequest) -> ServedAnswer) throws {
    self.answer = answer
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let (descriptor, addressSize) = (listener, size)
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(descriptor, pointer, addressSize) == 0 && listen(descriptor, 64) == 0
          && getsockname(descriptor, pointer, &size) == 0
      }
    }
    url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
    guard isListening, let thread = Thread({ [self] in accept() }) else { throw Unmet("no port to listen at") }
    thread.detach()
  }

  /// All requests so far, in the order in which they came.
  public var requests: [ServedRequest] { state.withLock { $0.requests } }
  /// How many connections were opened.
  public var connectionCount: Int { state.withLock { $0.connectionCount } }

  private func stop() {
    state.withLock { state in
      state.isStopped = true
      for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
    }
    shutdown(listener, Int32(SHUT_RDWR))
  }

  private func accept() {
    while true {
      let connection = Glibc.accept(listener, nil, nil)
      if connection < 0, errno == EINTR || errno == ECONNABORTED { continue }
      guard connection >= 0 else { break }
      let isWanted = state.withLock { state in
        guard !state.isStopped else { return false }
        state.connections.insert(connection)
        state.connectionCount += 1
        return true
      }
      if isWanted, let thread = Thread({ [self] in serve(connection) }) { thread.detach() } else { close(connection) }
    }
    close(listener)
  }

  private func serve(_ connection: Int32) {
    var received: [UInt8] = []
    while let request = nextRequest(connection, &received) {
      state.withLock { $0.requests.append(request) }
      let answer = answer(request)
      guard sendAll(connection, answer.bytes), !answer.hangsUp else { break }
    }
    state.withLock { _ = $0.connections.remove(connection) }
    close(connection)
  }
}

/// Takes one request off what comes; nil at the end. `received` keeps what came after it.
private func nextRequest(_ connection: Int32, _ received: inout [UInt8]) -> ServedRequest? {
  var piece = [UInt8](repeating: 0, count: 1 << 18)
  func more() -> Bool {
    let count = recv(connection, &piece, piece.count, 0)
    guard count > 0 else { return false }
    received += piece[..<count]
    return true
  }
  var searched = 0
  var end: Int?
  while end == nil {
    end = (searched..<max(searched, received.count - 3)).first {
      received[$0..<$0 + 4].elementsEqual([13, 10, 13, 10])
    }
    searched = max(0, received.count - 3)
    if end == nil, !more() { return nil }
  }
  guard let end else { return nil }
  let lines = String(decoding: received[..<end], as: UTF8.self).split(separator: "\r\n")
  let words = lines[0].split(separator: " ")
  guard words.count == 3 else { return nil }
  var headers: [String: String] = [:]
  for line in lines.dropFirst() {
    let pair = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    headers[pair[0].lowercased()] = pair.count == 2 ? String(pair[1].drop { $0 == " " }) : ""
  }
  let bodyEnd = end + 4 + (headers["content-length"].flatMap { Int($0) } ?? 0)
  while received.count < bodyEnd { if !more() { return nil } }
  let body = Array(received[(end + 4)..<bodyEnd])
  received.removeFirst(bodyEnd)
  return ServedRequest(method: String(words[0]), target: String(words[1]), headers: headers, body: body)
}

private func sendAll(_ connection: Int32, _ bytes: [UInt8]) -> Bool {
  bytes.withUnsafeBytes { raw in
    var start = 0
    while start < raw.count {
      let count = send(connection, raw.baseAddress! + start, raw.count - start, Int32(MSG_NOSIGNAL))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      start += count
    }
    return true
  }
}
