const maxByDefault = 8

/**
 * How many workers a proxy has.
 *
 * @param configured `workers` of `[main]`; 0 for one per core.
 * @param machine.platform Only Linux spreads the datagrams of one port over several sockets by their flow.
 */
export function workerCount(
  configured: number,
  { platform, cores }: { readonly platform: NodeJS.Platform; readonly cores: number },
): number {
  if (platform !== 'linux') return 1
  return configured === 0 ? Math.max(1, Math.min(maxByDefault, cores)) : configured
}
