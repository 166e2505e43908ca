const fileProblems: Readonly<Record<string, string>> = {
  ENOENT: 'there is no file or folder',
  EACCES: 'no permission for',
  EPERM: 'no permission for',
  EISDIR: 'this is a folder:',
  ENOTDIR: 'a part of this path is not a folder:',
  EROFS: 'the file system is read-only:',
}

/**
 * The message of an error, or whatever else was thrown as text. Errors about a file are put in words:
 * `there is no file or folder /etc/authproxy.cfg`.
 */
export function errorText(error: unknown): string {
  if (isFileError(error)) {
    const words = fileProblems[error.code]
    if (words !== undefined) return `${words} ${error.path}`
  }
  return error instanceof Error ? error.message : String(error)
}

/**
 * Whether a file or folder could not be opened or read. Sockets and programs have a path as well, but other system
 * calls.
 */
export function isFileError(
  error: unknown,
): error is Error & { readonly code: string; readonly path: string } {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    'path' in error &&
    typeof error.path === 'string' &&
    'syscall' in error &&
    /^(open|access|[fl]?stat|scandir|opendir|mkdir|mkdtemp|unlink|readlink|chmod|realpath)$/.test(
      String(error.syscall),
    )
  )
}
