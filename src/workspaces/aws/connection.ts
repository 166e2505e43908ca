/** Where calls of AWS go, and with whose credentials. */
export interface AwsConnection {
  /** Another address of the API, such as that of the simulated directory. */
  readonly endpoint?: string | undefined
  readonly region?: string | undefined
  /** A profile of `~/.aws/config`. */
  readonly profile?: string | undefined
}

/** Whether the endpoint is on this machine, as that of the simulated directory is. */
export function isLocal({ endpoint }: AwsConnection): boolean {
  if (endpoint === undefined) return false
  const { hostname } = new URL(endpoint)
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
}

/** The simulator verifies no credentials; these are used if the environment has none. */
export const localCredentials = { accessKeyId: 'simulator', secretAccessKey: 'simulator' }
export const localRegion = 'us-east-1'
