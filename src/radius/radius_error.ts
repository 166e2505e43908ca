export type RadiusErrorCode =
  | 'RADIUS_TRUNCATED'
  | 'RADIUS_PACKET_LENGTH'
  | 'RADIUS_ATTRIBUTE_LENGTH'
  | 'RADIUS_ATTRIBUTE_TYPE'
  | 'RADIUS_TOO_MANY_ATTRIBUTES'
  | 'RADIUS_EMPTY_SECRET'
  | 'RADIUS_RESPONSE_AUTHENTICATOR'
  | 'RADIUS_MESSAGE_AUTHENTICATOR'

/** Thrown by the codec if something violates an RFC. */
export class RadiusError extends Error {
  override readonly name = 'RadiusError'
  readonly code: RadiusErrorCode

  constructor(code: RadiusErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
