export { AuthApiUnavailable, type UnavailableReason } from './auth_api_unavailable.ts'
export {
  canonicalParameters,
  duoHeadersHash,
  type EncodedParameter,
  encodeParameter,
  type Parameter,
  parseEncodedParameters,
} from './canonical.ts'
export { allowedSkewMs, parseDate, rfc2822Date } from './date.ts'
export {
  type Envelope,
  failure,
  isRecord,
  type PagingMetadata,
  pagingMetadata,
  parseEnvelope,
  success,
} from './envelope.ts'
export { AuthApiFailure, type Failure, failureDetail, failures } from './failure.ts'
export {
  type AsyncAuthAnswer,
  type AuthAnswer,
  askAgainStatus,
  type Capability,
  type CheckAnswer,
  capabilities,
  challengeResponses,
  type Device,
  oneCall,
  type PreauthAnswer,
  parseAsyncAuthAnswer,
  parseAuthAnswer,
  parseCheckAnswer,
  parsePreauthAnswer,
  parseStatusAnswer,
  polledResults,
  sharedConnections,
  statusMessage,
} from './message.ts'
export {
  type AnswerFrame,
  type CarriedCall,
  type ClientFrame,
  carriedCalls,
  encodeBatch,
  encodeBatches,
  encodeCall,
  encodeCancel,
  encodeProof,
  encodeServiceFrame,
  isProof,
  maxBatchBytes,
  maxCallLength,
  messageConnections,
  messagesPath,
  messagesProtocol,
  parseClientBatch,
  parseServiceBatch,
  type ServiceFrame,
} from './messages.ts'
export { type Prompt, promptWord, promptWords, readPrompt } from './prompt.ts'
export {
  type LatencySummary,
  type LoginCounts,
  type ProxyReport,
  type ProxyWarning,
  type ProxyWarningKind,
  proxyReports,
  proxyWarningKinds,
  type ReportedClient,
  type ReportedSection,
  type ReportedSource,
  type ReportedStranger,
} from './proxy_report.ts'
export {
  type FingerprintKey,
  fingerprintKey,
  fingerprintPattern,
  joinedSignIns,
  maxRequestAgeMs,
  requestAge,
  requestAgeText,
  requestFingerprint,
  requestUnread,
} from './request_fingerprint.ts'
export {
  authorization,
  parseAuthorization,
  type ReceivedRequest,
  type SignatureDigest,
  type SignatureVersion,
  type SignedParts,
  sign,
  signCanonical,
  signingKey,
  verifiedVersion,
} from './signature.ts'
export { lookupName, type UsernameNormalization, withoutDomain } from './username.ts'
