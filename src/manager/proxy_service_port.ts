import type { ProxyState, ServiceAct, ServiceEvent } from './editor/page_api.ts'

/** The authentication proxy that the Manager controls. */
export interface ProxyServicePort {
  state(): Promise<ProxyState>
  /** @param print Receives each line of progress. */
  act(
    act: ServiceAct,
    print: (line: string) => void,
  ): Promise<Extract<ServiceEvent, { kind: 'done' }>>
  /** Path of the log; it depends on the configuration. */
  logFile(): string
}
