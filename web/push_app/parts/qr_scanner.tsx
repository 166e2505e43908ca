import { useEffect, useRef, useState } from 'react'
import './qr_scanner.css'

interface QrDetector {
  detect(video: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>
}

declare global {
  interface Window {
    /** Not in every browser, and not in TypeScript's DOM types. */
    readonly BarcodeDetector?: new (options: {
      readonly formats: readonly string[]
    }) => QrDetector
  }
}

const lookMs = 200

export function canScan(): boolean {
  return window.BarcodeDetector !== undefined && navigator.mediaDevices !== undefined
}

interface ScannerParts {
  /** @returns Whether the code was accepted. */
  readonly found: (text: string) => boolean
  readonly stopped: () => void
}

/** Shows the camera until it finds a QR code. */
export function QrScanner({ found, stopped }: ScannerParts) {
  const video = useRef<HTMLVideoElement>(null)
  const latest = useRef(found)
  latest.current = found
  const [problem, setProblem] = useState('')
  useEffect(() => {
    let stream: MediaStream | undefined
    let timer: ReturnType<typeof setTimeout>
    let over = false
    const look = async (detector: QrDetector, screen: HTMLVideoElement): Promise<void> => {
      const codes = await detector.detect(screen)
      if (over || codes.some(({ rawValue }) => latest.current(rawValue))) return
      if (codes.length > 0) setProblem('Wrong QR code. Scan the one for your account.')
      timer = setTimeout(() => look(detector, screen).catch(refused), lookMs)
    }
    const refused = (): void =>
      setProblem('Can’t use the camera. Allow it in your settings, or paste the link below.')
    const start = async (): Promise<void> => {
      const Detector = window.BarcodeDetector
      if (Detector === undefined || video.current === null) return
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
      if (over) return stream.getTracks().forEach((track) => void track.stop())
      video.current.srcObject = stream
      await video.current.play()
      await look(new Detector({ formats: ['qr_code'] }), video.current)
    }
    start().catch(refused)
    return () => {
      over = true
      clearTimeout(timer)
      for (const track of stream?.getTracks() ?? []) track.stop()
    }
  }, [])
  return (
    <div className="card stack">
      <video ref={video} className="camera" muted playsInline aria-label="Camera preview" />
      <p role="status">{problem === '' ? 'Point the camera at the QR code.' : problem}</p>
      <button type="button" className="button" onClick={stopped}>
        Stop
      </button>
    </div>
  )
}
