// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Synchronization
import Workers

/// Writes `head`, the rows, and `foot`: formatted on several threads, a chunk at a time, and given to the sink in order.
///
/// A thread that is ahead of its turn keeps a chunk's text up to its share of 64 MiB, then waits and writes through: memory is
/// that, and the pages of one chunk per thread.
func writeRows(
  _ layout: RowLayout, head: [UInt8] = [], foot: [UInt8] = [], options: WritingOptions, to sink: ByteSink
) throws {
  // Each thread holds a chunk: very many columns take much memory for few rows.
  let threads = min(max(1, options.threads), layout.chunks.count, max(1, (1 << 18) / max(1, layout.columns.count)))
  let output = PieceBuffer()
  output.bytes.append(head)
  if threads > 1 {
    try output.flush(to: sink)
    try writeChunks(layout, threads: threads, options: options, to: sink)
  } else if !layout.chunks.isEmpty {
    let assembler = RowAssembler(layout)
    for chunk in layout.chunks.indices {
      let pages = try assembler.pages(ofChunk: chunk)
      var row = 0
      while row < layout.chunks[chunk].rowCount {
        row = assembler.appendBlock(of: pages, chunk: chunk, from: row, to: output.bytes)
        try output.drain(to: sink)
      }
      options.progress?(layout.chunks[chunk].rowsBefore + row)
    }
  }
  output.bytes.append(foot)
  try output.flush(to: sink)
}

private func writeChunks(
  _ layout: RowLayout, threads: Int, options: WritingOptions, to sink: ByteSink
) throws {
  let cancellation = Cancellation()
  let turnstile = Turnstile(cancellation: cancellation)
  let counter = WorkCounter(limit: layout.chunks.count)
  let byteLimit = max(4 << 20, (64 << 20) / threads)
  try withoutActuallyEscaping(sink) { sink in
    let sink = SharedSink(write: sink)
    try runWorkers(threads, cancellation: cancellation) { _, cancellation in
      let assembler = RowAssembler(layout)
      let output = PieceBuffer()
      while !cancellation.isCancelled, let chunk = counter.next() {
        let pages = try assembler.pages(ofChunk: chunk)
        let rowCount = layout.chunks[chunk].rowCount
        var row = 0
        while row < rowCount, output.bytes.count < byteLimit, !cancellation.isCancelled {
          row = assembler.appendBlock(of: pages, chunk: chunk, from: row, to: output.bytes)
        }
        try turnstile.pass(ticket: chunk) {
          try output.flush(to: sink.write)
          while row < rowCount {
            row = assembler.appendBlock(of: pages, chunk: chunk, from: row, to: output.bytes)
            try output.drain(to: sink.write)
          }
          try output.flush(to: sink.write)
          options.progress?(layout.chunks[chunk].rowsBefore + row)
        }
      }
    }
  }
}

/// A sink that workers call one at a time, as the turnstile sees to.
private struct SharedSink: @unchecked Sendable {
  let write: ByteSink
}
