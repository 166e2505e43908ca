/** Schemas of the most frequent responses, which make serialisation faster. */
const text = { type: 'string' } as const

function envelope(response: object) {
  return {
    200: {
      type: 'object',
      properties: { response, stat: text },
    },
  }
}

const device = {
  type: 'object',
  properties: {
    capabilities: { type: 'array', items: text },
    device: text,
    display_name: text,
    name: text,
    number: text,
    sms_nextcode: text,
    type: text,
  },
}

export const preauthSchema = envelope({
  type: 'object',
  properties: {
    devices: { type: 'array', items: device },
    enroll_portal_url: text,
    expiration: { type: 'integer' },
    prompt: { type: 'object', additionalProperties: true },
    result: text,
    status_msg: text,
    txid: text,
    verification_code: text,
  },
})

export const authSchema = envelope({
  type: 'object',
  properties: {
    authenticator_response: text,
    enroll_portal_url: text,
    factor: text,
    result: text,
    status: text,
    status_msg: text,
    txid: text,
  },
})
