/** Why a request is refused before anything is done. */
export interface RequestRefusal {
  readonly status: number
  readonly code: string
  readonly message: string
}
