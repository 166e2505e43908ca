/** Thrown if a file of the simulator cannot be used; the message is one line that says what to do. */
export class StateError extends Error {
  override readonly name = 'StateError'
}
