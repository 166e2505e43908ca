export type UserAccess = 'ALL_USERS' | 'PERMITTED_GROUPS' | 'NO_USERS'

/** An application in the list. Times are in milliseconds since 1970. */
export interface Application {
  readonly integration_key: string
  readonly name: string
  readonly type: string
  readonly product: string
  readonly enabled: boolean
  readonly user_access: UserAccess
  readonly policy: { readonly policy_key: string; readonly policy_name: string } | null
  readonly group_policies: number
  readonly last_used: number | null
  readonly sign_ins_7_days: number
  readonly created: number
}

export interface ApplicationDetails extends Application {
  readonly api_hostname: string
  readonly api_port: number
  readonly username_normalization_policy: 'none' | 'simple'
  readonly signature_v1: boolean
  readonly notes: string
  readonly permitted_groups: readonly { readonly group_id: string; readonly name: string }[]
  readonly networks_for_api_access: readonly string[]
  readonly adminapi_permissions: readonly string[]
  readonly secret_key_created: number
  /** CHAP or MS-CHAP, if the application uses one. */
  readonly proof_protocol: string | null
  readonly client: {
    readonly radius_clients: readonly string[]
    readonly radius_port: number | null
    readonly failmode: 'safe' | 'secure' | null
    readonly proxies: readonly string[]
    /** How the RADIUS client retries; 0 seconds if its retries are separate sign-ins. */
    readonly radius_timeout_secs: number
    readonly radius_retries: number
    readonly radius_servers: number
  }
}

/** The secrets of an application, and the configuration of its client. */
export interface Setup {
  readonly application: ApplicationDetails
  readonly secret_key: string
  readonly radius_secret: string | null
  readonly cfg: { readonly file_name: string; readonly text: string } | null
  readonly aws_values: readonly AwsValue[]
  /** In PEM; `null` if a public authority issued the certificate. */
  readonly authority: string | null
}

/** Something to type into the AWS console. */
interface AwsValue {
  readonly field: string
  readonly value: string
  readonly secret?: true
  readonly because: string
}

export interface Product {
  readonly id: string
  readonly name: string
  readonly maker: string
  readonly category: string
  readonly type: string
  readonly client: 'workspaces' | 'radius' | 'ldap' | 'unix' | 'auth_api' | 'admin_api'
  readonly icon: string
  readonly words: readonly string[]
  readonly docs: string
  readonly notes: readonly string[]
  readonly radius: {
    readonly timeout_secs: number
    readonly retries: number
    readonly port: number
    readonly protocol: string
    readonly steps: readonly string[]
  } | null
}

/** Whether it stands for pages of the service itself, which need no keys. */
export function isOwn({ type }: Pick<Application, 'type'>): boolean {
  return type === 'panel' || type === 'portal'
}

export const typeWords: Readonly<Record<string, string | undefined>> = {
  adminapi: 'Admin API',
  authapi: 'Auth API',
  panel: 'Part of the service',
  portal: 'Part of the service',
  radius: 'RADIUS',
  unix: 'UNIX',
}

export const accessWords: Readonly<Record<UserAccess, string>> = {
  ALL_USERS: 'All users',
  PERMITTED_GROUPS: 'Only some groups',
  NO_USERS: 'Nobody',
}
