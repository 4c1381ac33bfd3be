import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { text } from 'node:stream/consumers'

const CONTENT_TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
}

/** Serves the files of a folder on the loopback interface. `results` resolves with the data that a page posts to `/results`. */
export async function serveFolder(folder: string) {
  let post: (results: unknown) => void
  const results = new Promise<unknown>((resolve) => {
    post = resolve
  })
  const server = createServer(async (request, response) => {
    if (request.method === 'POST') {
      post(JSON.parse(await text(request)))
      response.end()
      return
    }
    const path = join(folder, normalize(new URL(request.url!, 'http://localhost').pathname))
    if (!existsSync(path) || !statSync(path).isFile()) {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, {
      'content-type': CONTENT_TYPES[extname(path)] ?? 'application/octet-stream',
      // Pages only have SharedArrayBuffer if they are isolated from other origins.
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    })
    response.end(readFileSync(path))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return {
    url: `http://127.0.0.1:${port}`,
    results,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
