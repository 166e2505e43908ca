import { useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'

/** Leads elsewhere, once: the router's own way asks again each time that it is drawn. */
export function Go({ to }: { readonly to: '/' | '/enroll' | '/devices' }) {
  const navigate = useNavigate()
  useEffect(() => {
    navigate({ to, replace: true }).catch(() => {})
  }, [navigate, to])
  return null
}
