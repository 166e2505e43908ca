import { Modal } from '../parts/modal.tsx'

interface ReportParts {
  /** Whether the report is mailed to an administrator. */
  readonly fraudMailed: boolean
  readonly report: () => void
  readonly closed: () => void
}

/** Asks for confirmation, because a report may alert administrators and lock the account. */
export function ReportDialog({ fraudMailed, report, closed }: ReportParts) {
  return (
    <Modal title="Report this sign-in?" closed={closed}>
      <p>
        {fraudMailed ? 'We’ll block it and alert your administrator.' : 'We’ll block it.'} Someone
        may know your password, so change it
        {fraudMailed ? '.' : ' and tell your administrator.'}
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
