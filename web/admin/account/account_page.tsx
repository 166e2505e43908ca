import { Outlet } from '@tanstack/react-router'
import { Failed } from '../../parts/problem.tsx'
import { errorMessage } from '../api.ts'
import { LoadingSkeleton } from '../parts/loading_skeleton.tsx'
import { PageHeader } from '../parts/page_header.tsx'
import { FactorSection } from './factor_section.tsx'
import { OwnSessionSection } from './own_session_section.tsx'
import { useProfile } from './profile.ts'
import { ProfileSection } from './profile_section.tsx'
import { SignInSection } from './sign_in_section.tsx'

export function AccountPage() {
  const { data, error, refetch } = useProfile()
  return (
    <>
      <PageHeader title="Your account" />
      {data === undefined ? (
        error === null ? (
          <LoadingSkeleton h={320} radius="lg" />
        ) : (
          <Failed
            title="Your account can’t be shown"
            message={errorMessage(error)}
            retry={refetch}
          />
        )
      ) : (
        <>
          <ProfileSection key={data.name + data.phone} profile={data} />
          <FactorSection factors={data.factors} />
          <OwnSessionSection profile={data} />
          <SignInSection signIns={data.sign_ins} />
        </>
      )}
      <Outlet />
    </>
  )
}
