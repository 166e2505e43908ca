import { Modal } from '../parts/modal.tsx'

interface ReportParts {
  readonly report: () => void
  readonly closed: () => void
}

/** Asks for confirmation, because a report alerts the administrator. */
export function ReportDialog({ report, closed }: ReportParts) {
  return (
    <Modal title="Report this sign-in?" closed={closed}>
      <p>
        We’ll block it and alert your administrator. Someone may know your password, so change it.
      </p>
      <div className="stack">
        <button type="button" className="button button-danger" onClick={report}>
          Report
        </button>
        <button type="button" className="button" onClick={closed}>
          Back
        </button>
      </div>
    </Modal>
  )
}
