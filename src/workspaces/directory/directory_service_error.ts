/** Names of errors in AWS's API model of Directory Service. */
export type DirectoryServiceErrorCode =
  | 'ClientException'
  | 'EntityAlreadyExistsException'
  | 'EntityDoesNotExistException'
  | 'InvalidNextTokenException'
  | 'InvalidParameterException'
  | 'ServiceException'
  | 'SerializationException'
  | 'UnknownOperationException'
  | 'MissingAuthenticationTokenException'
  | 'IncompleteSignatureException'

/** Thrown by the operations of the directory, in AWS's words. */
export class DirectoryServiceError extends Error {
  override readonly name = 'DirectoryServiceError'
  readonly code: DirectoryServiceErrorCode

  constructor(code: DirectoryServiceErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
