import { useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'

/** Navigates once. The router's own `Navigate` navigates again on each render. */
export function Go({ to }: { readonly to: '/' | '/enroll' | '/devices' }) {
  const navigate = useNavigate()
  useEffect(() => {
    navigate({ to, replace: true }).catch(() => {})
  }, [navigate, to])
  return null
}
