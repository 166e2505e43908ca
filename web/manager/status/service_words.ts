import type { ServiceAct } from '../../../src/manager/editor/page_api.ts'

/** The labels of the acts on the proxy. */
export const serviceWords: Readonly<
  Record<
    ServiceAct,
    {
      readonly label: string
      readonly running: string
      readonly done: string
      readonly failed: string
    }
  >
> = {
  start: {
    label: 'Start',
    running: 'Starting the proxy',
    done: 'The proxy runs',
    failed: 'The proxy did not start',
  },
  stop: {
    label: 'Stop',
    running: 'Stopping the proxy',
    done: 'The proxy is stopped',
    failed: 'The proxy was not stopped',
  },
  restart: {
    label: 'Restart',
    running: 'Restarting the proxy',
    done: 'The proxy runs again',
    failed: 'The proxy was not restarted',
  },
  reload: {
    label: 'Reload',
    running: 'Loading the configuration',
    done: 'The proxy uses the saved configuration',
    failed: 'The proxy refused the configuration',
  },
}
