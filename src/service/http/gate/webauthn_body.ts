import * as z from 'zod'

const transports = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const

/** What a browser sends after it made a passkey; the WebAuthn library validates the content. */
export const attestation = z
  .looseObject({
    id: z.string().max(2048),
    rawId: z.string().max(2048),
    response: z.object({
      clientDataJSON: z.string().max(8192),
      attestationObject: z.string().max(32_768),
      transports: z.array(z.enum(transports)).optional(),
    }),
    type: z.literal('public-key'),
  })
  .transform(({ id, rawId, type, response }) => {
    const { clientDataJSON, attestationObject, transports: reported } = response
    return {
      id,
      rawId,
      type,
      clientExtensionResults: {},
      response: {
        clientDataJSON,
        attestationObject,
        ...(reported === undefined ? {} : { transports: reported }),
      },
    }
  })

/** What a browser sends after a passkey signed; the WebAuthn library validates the content. */
export const assertion = z
  .looseObject({
    id: z.string().max(2048),
    rawId: z.string().max(2048),
    response: z.object({
      clientDataJSON: z.string().max(8192),
      authenticatorData: z.string().max(8192),
      signature: z.string().max(8192),
      userHandle: z.string().max(512).optional(),
    }),
    type: z.literal('public-key'),
  })
  .transform(({ id, rawId, type, response }) => {
    const { clientDataJSON, authenticatorData, signature, userHandle } = response
    return {
      id,
      rawId,
      type,
      clientExtensionResults: {},
      response: {
        clientDataJSON,
        authenticatorData,
        signature,
        ...(userHandle === undefined ? {} : { userHandle }),
      },
    }
  })
