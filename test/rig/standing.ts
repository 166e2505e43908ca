import type { RawRequest } from './service_client.ts'

/** Reads a gauge of a service's metrics. */
export async function standing(
  service: { send(raw: RawRequest): Promise<{ readonly text: string }> },
  gauge: 'waiting_calls' | 'open_apps',
): Promise<number> {
  const { text } = await service.send({ method: 'GET', path: '/metrics' })
  return Number(new RegExp(`^countersign_${gauge} (\\d+)$`, 'm').exec(text)?.[1] ?? Number.NaN)
}

/** Waits until a gauge has a value. */
export async function stands(
  service: Parameters<typeof standing>[0],
  gauge: Parameters<typeof standing>[1],
  value: number,
  withinMs = 10_000,
): Promise<void> {
  const until = performance.now() + withinMs
  for (;;) {
    const now = await standing(service, gauge)
    if (now === value) return
    if (performance.now() > until) throw new Error(`${gauge} is ${now} and not ${value}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
