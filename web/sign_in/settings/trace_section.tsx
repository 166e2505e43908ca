import { Button } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import type { ShownDirectory } from '../../../src/workspaces/web/page_api.ts'

/** Downloads of what was sent, and the AWS CLI against this directory. */
export function TraceSection({ directory }: { readonly directory: ShownDirectory }) {
  const describe = `aws ds describe-directories --endpoint-url ${location.origin} --directory-ids ${directory.directoryId}`
  return (
    <section>
      <h3>Trace</h3>
      <div className="downloads">
        <Button
          component="a"
          href="/sim/trace.pcap"
          download
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          Packets (pcap)
        </Button>
        <Button
          component="a"
          href="/sim/trace.ndjson"
          download
          variant="default"
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          Steps (NDJSON)
        </Button>
      </div>
      <p className="dim">
        The pcap opens in Wireshark, which decodes RADIUS. Passwords in it are hidden with the
        shared secret; the NDJSON has none.
      </p>
      <h3>AWS CLI</h3>
      <p className="dim">The directory answers the AWS API at this address, with any access key:</p>
      <pre className="command">
        <code>{describe}</code>
      </pre>
    </section>
  )
}
