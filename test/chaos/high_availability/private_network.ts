import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const inside = 'COUNTERSIGN_CHAOS_NETWORK'
const missing = 2
/** Loss on a bad link, in both directions. */
const lossProbability = '0.3'

/** Name of the service in the private network; it has one address per node. */
export const serviceName = 'mfa.example'
/** Source addresses of the directory's controllers. */
export const controllerAddresses = ['10.77.0.11', '10.77.0.12'] as const
/** Each machine is a network namespace on one bridge. */
export const machines = {
  proxy1: '10.77.0.21',
  proxy2: '10.77.0.22',
  node1: '10.77.0.31',
  node2: '10.77.0.32',
  database1: '10.77.0.41',
  database2: '10.77.0.42',
} as const
export type Machine = keyof typeof machines

/**
 * Runs this program again in namespaces of its own for network, mounts and processes, so that nothing of
 * the run is visible outside, and nothing outlives it.
 *
 * @returns Once inside. The program outside ends with the exit status of the one inside.
 */
export function enterPrivateNetwork(): void {
  if (process.env[inside] === '1') return prepare()
  const problem = findProblem()
  if (problem !== undefined) {
    process.stderr.write(`high-availability: ${problem}\n`)
    process.exit(missing)
  }
  const namespaces = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
  const self = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  const { status } = spawnSync('unshare', [...namespaces, ...self], {
    stdio: 'inherit',
    env: { ...process.env, [inside]: '1' },
  })
  process.exit(status ?? 1)
}

function findProblem(): string | undefined {
  if (process.getuid?.() !== 0) {
    return 'needs root, for network namespaces; run it with sudo'
  }
  for (const program of ['ip', 'unshare', 'iptables', 'mount']) {
    const { error } = spawnSync(program, ['--version'], { stdio: 'ignore' })
    if (error !== undefined) {
      return `${program} is missing; install the packages iproute2, util-linux, iptables and mount`
    }
  }
  const tried = spawnSync('unshare', ['--net', '--mount', '--pid', '--fork', 'true'])
  if (tried.status === 0) return undefined
  return `this machine allows no network namespaces: ${String(tried.stderr).trim()}`
}

/** Adds the bridge and one namespace per machine. */
function prepare(): void {
  run('mkdir', '-p', '/run/netns')
  run('mount', '-t', 'tmpfs', 'tmpfs', '/run/netns')
  run('ip', 'link', 'set', 'lo', 'up')
  run('ip', 'link', 'add', 'lan', 'type', 'bridge')
  run('ip', 'link', 'set', 'lan', 'up')
  for (const address of controllerAddresses) run('ip', 'addr', 'add', `${address}/24`, 'dev', 'lan')
  for (const [name, address] of Object.entries(machines)) {
    run('ip', 'netns', 'add', name)
    run('ip', 'link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name)
    run('ip', 'link', 'set', name, 'master', 'lan', 'up')
    run('ip', '-n', name, 'addr', 'add', `${address}/24`, 'dev', 'eth0')
    run('ip', '-n', name, 'link', 'set', 'eth0', 'up')
    run('ip', '-n', name, 'link', 'set', 'lo', 'up')
  }
}

/** Makes the name of the service known to all machines. */
export function nameService(folder: string): void {
  const file = join(folder, 'hosts')
  const { node1, node2 } = machines
  writeFileSync(file, `127.0.0.1 localhost\n${node1} ${serviceName}\n${node2} ${serviceName}\n`)
  run('mount', '--bind', file, '/etc/hosts')
}

/** The command that runs another one on a machine; its process becomes the other one. */
export function onMachine(machine: Machine, command: readonly string[]): readonly string[] {
  return ['ip', 'netns', 'exec', machine, ...command]
}

/** Cuts a machine off from all others, or connects it again. */
export function setLink(machine: Machine, state: 'up' | 'down'): void {
  run('ip', 'link', 'set', machine, state)
}

/** Drops all packets between two machines. @returns Ends it. */
export function dropBetween(machine: Machine, other: Machine): () => void {
  return filter(
    machine,
    ['-s', machines[other], '-j', 'DROP'],
    ['-d', machines[other], '-j', 'DROP'],
  )
}

/** Loses packets of a machine at random. @returns Ends it. */
export function losePackets(machine: Machine): () => void {
  const random = ['-m', 'statistic', '--mode', 'random', '--probability', lossProbability]
  return filter(machine, [...random, '-j', 'DROP'], [...random, '-j', 'DROP'])
}

/** Whether the kernel has the match that `losePackets` needs. */
export function canLosePackets(): boolean {
  try {
    losePackets('proxy1')()
    return true
  } catch {
    return false
  }
}

function filter(machine: Machine, input: readonly string[], output: readonly string[]): () => void {
  const change = (action: string) => {
    iptables(machine, action, 'INPUT', ...input)
    iptables(machine, action, 'OUTPUT', ...output)
  }
  change('-A')
  return () => change('-D')
}

function iptables(machine: Machine, ...args: readonly string[]): void {
  run(...onMachine(machine, ['iptables', '-w', ...args]))
}

function run(...[command = '', ...args]: readonly string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] })
}
