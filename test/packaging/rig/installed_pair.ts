import type { DebianTree } from './debian_tree.ts'

/** Paths of an installation, as the shell scripts below use them. */
export interface Paths {
  /** Folder of the programs of the service, and of the proxy. */
  readonly serviceBin: string
  readonly proxyBin: string
  readonly proxyConfig: string
}

/**
 * Configures and starts an installed service and proxy as the guide says: an application, a user who
 * needs no second factor, and the proxy's configuration as the service prints it.
 */
export function startPair(tree: DebianTree, { serviceBin, proxyBin, proxyConfig }: Paths): void {
  tree.run(`set -e
    systemctl start countersign
    export PATH=${serviceBin}:$PATH
    countersign app add --type radius --name VPN
    countersign user add alice
    countersign user edit alice --status bypass
    countersign app show VPN --cfg --reveal > ${proxyConfig}
    ${proxyBin}/authproxy --check --config ${proxyConfig}
    systemctl start countersign-authproxy`)
}

/** One sign-in. @returns What radclient prints. */
export function signIn(tree: DebianTree, config: string): string {
  return tree.attempt(radclient(config, '-x')).output
}

/** Sends sign-ins, 40 in a second, with retransmissions as a VPN gateway has them. */
export function startLoad(tree: DebianTree, config: string, count: number) {
  return tree.start(radclient(config, `-q -s -c ${count} -n 40 -p 20 -r 20 -t 2`))
}

function radclient(config: string, flags: string): string {
  return `secret=$(sed -n 's/^radius_secret_1=//p' ${config})
    echo 'User-Name=alice,User-Password=push,Message-Authenticator=0x00' |
      radclient ${flags} 127.0.0.1:1812 auth "$secret"`
}
