import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import {
  encodeBatch,
  encodeServiceFrame,
  maxBatchBytes,
  messageConnections,
  messagesPath,
  messagesProtocol,
  oneCall,
  parseClientBatch,
} from '../../src/duo/index.ts'

const allow =
  '"status":200,"answer":{"stat":"OK","response":{"result":"allow","status":"allow","status_msg":"Success. Logging you in..."}}'

/**
 * An API that allows each sign-in which comes as a message. Other requests are `check`.
 *
 * @param counted Called for each sign-in.
 * @returns Its port.
 */
export async function listenForMessages(
  certified: { readonly cert: Buffer; readonly key: Buffer },
  counted: () => void,
): Promise<number> {
  const capabilities = [...oneCall, messageConnections]
  const check = JSON.stringify({ stat: 'OK', response: { time: 1_795_538_639, capabilities } })
  const allowed = JSON.stringify({
    stat: 'OK',
    response: { result: 'allow', status: 'allow', status_msg: 'Success. Logging you in...' },
  })
  const server = createServer({ ...certified, minVersion: 'TLSv1.2' }, (request, response) => {
    const isAuth = request.url === '/auth/v2/auth'
    if (isAuth) counted()
    response.setHeader('content-type', 'application/json').end(isAuth ? allowed : check)
  })
  const sockets = new WebSocketServer({
    ...{ server, path: messagesPath, maxPayload: maxBatchBytes, perMessageDeflate: false },
    handleProtocols: () => messagesProtocol,
  })
  sockets.on('connection', (socket) => admit(socket, counted))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** Begins as a service does, and takes any proof of the key. */
function admit(socket: WebSocket, counted: () => void): void {
  socket.send(encodeBatch([encodeServiceFrame({ challenge: '0'.repeat(64) })]))
  socket.once('message', () => converse(socket, counted))
}

function converse(socket: WebSocket, counted: () => void): void {
  let outgoing: string[] = [encodeServiceFrame({ max_open: 16_384 })]
  const flush = (): void => {
    socket.send(encodeBatch(outgoing))
    outgoing = []
  }
  flush()
  socket.on('message', (data) => {
    for (const frame of parseClientBatch(data.toString()) ?? []) {
      if (!('id' in frame)) continue
      counted()
      if (outgoing.length === 0) setImmediate(flush)
      outgoing.push(`{"id":${frame.id},${allow}}`)
    }
  })
}
