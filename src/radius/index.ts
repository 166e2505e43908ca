export {
  type AttributeDefinition,
  attributeDefinitions,
  attributeNamed,
  Type,
} from './attribute.ts'
export { decodeStrictText, decodeText, namedText } from './attribute_text.ts'
export {
  type ChallengeProtocol,
  type ChallengeResponse,
  challengeLengths,
  challengeProtocols,
  failureAttributes,
  passwordTest,
  readChallengeResponse,
  serverProof,
  successAttributes,
} from './challenge_response.ts'
export { type ChapPassword, chapResponse, decodeChapPassword } from './chap_password.ts'
export { findPasswordProblem, type PasswordProblem } from './credentials.ts'
export type { AttributeKind } from './dictionary.ts'
export { framingProblem, maxPacketLength } from './framing.ts'
export { HmacMd5Key } from './hmac_md5.ts'
export { md5 } from './md5.ts'
export {
  type MessageAuthenticatorPlace,
  messageAuthenticatorAt,
  messageAuthenticatorIsGenuine,
  stampMessageAuthenticator,
} from './message_authenticator.ts'
export {
  authenticatorResponse,
  type MsChapV2Exchange,
  msChapResponse,
  msChapV2Response,
  ntPasswordHash,
} from './ms_chap.ts'
export {
  decodeMsChap2Response,
  decodeMsChapResponse,
  encodeMsChap2Response,
  encodeMsChapResponse,
  MicrosoftType,
  type MsChap2Response,
  type MsChapResponse,
  microsoft,
  msChap2Success,
  msChapChallenge,
  msChapError,
} from './ms_chap_attribute.ts'
export { type Attribute, Code, decodePacket, encodePacket, Packet } from './packet.ts'
export { RadiusError, type RadiusErrorCode } from './radius_error.ts'
export { encodeReply, verifyReply } from './reply.ts'
export { replyMessages } from './reply_message.ts'
export { encodeAccessRequest, encodeStatusServer } from './request.ts'
export {
  type ApprovalTaker,
  type Arrival,
  answeredBy,
  approvalTaker,
  type ChainedRequest,
  chainExpires,
  firstRequest,
  loneExpires,
  newestOf,
  type RetryChain,
  type RetrySchedule,
  slotAt,
  toleranceMs,
} from './retry_chain.ts'
export { hideSalted, revealSalted } from './salted_value.ts'
export { SharedSecret } from './shared_secret.ts'
export { hidePassword, revealPassword } from './user_password.ts'
export {
  decodeVendorSpecific,
  encodeVendorSpecific,
  type VendorAttribute,
} from './vendor_specific.ts'
