import { readFileSync } from 'node:fs'

/** Linux counts a process's time in hundredths of a second for every program that asks. */
const ticksPerSecond = 100

/** CPU seconds that a process has used, all its threads together. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  // the process name in brackets may contain spaces, so the fields are counted after it
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** The memory that a process has resident now, in MiB. */
export function residentMiB(pid: number): number {
  return memoryMiB(pid, 'VmRSS')
}

/** The most memory that a process has had resident, in MiB. */
export function peakResidentMiB(pid: number): number {
  return memoryMiB(pid, 'VmHWM')
}

function memoryMiB(pid: number, name: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1')
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1024
}
