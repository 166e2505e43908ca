import type { RawRequest } from './service_client.ts'
import { until } from './until.ts'

type Gauge = 'waiting_calls' | 'open_apps' | 'message_connections' | 'open_messages'

interface MeteredService {
  send(raw: RawRequest): Promise<{ readonly text: string }>
}

/** Reads a gauge of a service's metrics. */
export async function readGauge(service: MeteredService, gauge: Gauge): Promise<number> {
  const { text } = await service.send({ method: 'GET', path: '/metrics' })
  return Number(new RegExp(`^countersign_${gauge} (\\d+)$`, 'm').exec(text)?.[1] ?? Number.NaN)
}

/** Waits until a gauge of a service's metrics has a value. */
export async function untilGauge(
  service: MeteredService,
  gauge: Gauge,
  value: number,
): Promise<void> {
  await until(async () => (await readGauge(service, gauge)) === value)
}
