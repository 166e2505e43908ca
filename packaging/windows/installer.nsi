; Installs the authentication proxy on Windows. makensis -DSTAGED=… -DVERSION=… -DOUTPUT=… installer.nsi
;   /S                            asks nothing
;   /exclude-auth-proxy-manager   leaves out the Proxy Manager
;   /D=C:\folder                  where it is installed; the last argument, without quotes
Target amd64-unicode
Unicode true
!ifdef QUICK
  SetCompressor zlib
!else
  SetCompressor /SOLID lzma
!endif
; the times of the build must not be in the file
SetDateSave off

!include FileFunc.nsh
!include LogicLib.nsh
!include Sections.nsh
!include x64.nsh

!define SERVICE CountersignAuthProxy
!define TITLE "Countersign Authentication Proxy"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\${SERVICE}"

Name "${TITLE} ${VERSION}"
OutFile "${OUTPUT}"
InstallDir "$PROGRAMFILES64\${TITLE}"
RequestExecutionLevel admin
ShowInstDetails show
LicenseData "${STAGED}/program/LICENSE"

Page license
Page components
Page directory
Page instfiles
UninstPage uninstConfirm
UninstPage instfiles

Var wasRunning

; Runs a command; its output is in the details.
!macro Run COMMAND
  nsExec::ExecToLog '${COMMAND}'
  Pop $0
!macroend

; Stops the service if it runs, and waits for its end. $wasRunning says whether it ran.
!macro StopService
  StrCpy $wasRunning no
  ; only a service that runs can be stopped
  nsExec::ExecToStack 'sc.exe stop ${SERVICE}'
  Pop $0
  Pop $1
  ${If} $0 == 0
    StrCpy $wasRunning yes
    ; it has 20 seconds to answer pending sign-ins; give up after 30
    StrCpy $2 0
    ${Do}
      Sleep 500
      IntOp $2 $2 + 1
      nsExec::ExecToStack 'cmd.exe /c sc.exe query ${SERVICE} | find "STOPPED"'
      Pop $0
      Pop $1
      ${If} $0 == 0
      ${OrIf} $2 > 60
        ${ExitDo}
      ${EndIf}
    ${Loop}
    ${If} $0 != 0
      SetErrorLevel 2
      Abort "The service ${SERVICE} does not stop. Stop it, and start this program again."
    ${EndIf}
  ${EndIf}
!macroend

Section "Authentication proxy (required)"
  SectionIn RO
  SetRegView 64
  !insertmacro StopService

  ; the files of the version before, but neither conf nor log
  RMDir /r "$INSTDIR\lib"
  RMDir /r "$INSTDIR\doc"
  RMDir /r "$INSTDIR\bin"
  RMDir /r "$INSTDIR\web"
  SetOutPath "$INSTDIR"
  ; with a name in place of *, File /r would also take folders of that name further down
  File /r "${STAGED}/program/*"
  CreateDirectory "$INSTDIR\log"
  CreateDirectory "$INSTDIR\run"
  CreateDirectory "$INSTDIR\conf"
  ; Administrators and SYSTEM, by their identifiers, since their names are translated
  !insertmacro Run 'icacls.exe "$INSTDIR\conf" /inheritance:r /grant:r *S-1-5-32-544:(OI)(CI)F *S-1-5-18:(OI)(CI)F'
  ${IfNot} ${FileExists} "$INSTDIR\conf\authproxy.cfg"
    SetOutPath "$INSTDIR\conf"
    File "${STAGED}/conf/authproxy.cfg"
    SetOutPath "$INSTDIR"
  ${EndIf}

  nsExec::ExecToStack 'sc.exe query ${SERVICE}'
  Pop $0
  Pop $1
  ${If} $0 != 0
    !insertmacro Run 'sc.exe create ${SERVICE} binPath= "\"$INSTDIR\countersign-service.exe\"" start= auto DisplayName= "${TITLE}"'
    ${If} $0 != 0
      SetErrorLevel 2
      Abort "The service can't be created. Run the installer as an administrator."
    ${EndIf}
    !insertmacro Run 'sc.exe failure ${SERVICE} reset= 86400 actions= restart/5000/restart/5000/restart/60000'
  ${EndIf}

  WriteUninstaller "$INSTDIR\uninstall.exe"
  WriteRegStr HKLM "${UNINSTALL_KEY}" DisplayName "${TITLE}"
  WriteRegStr HKLM "${UNINSTALL_KEY}" DisplayVersion "${VERSION}"
  WriteRegStr HKLM "${UNINSTALL_KEY}" Publisher "Countersign"
  WriteRegStr HKLM "${UNINSTALL_KEY}" InstallLocation "$INSTDIR"
  WriteRegStr HKLM "${UNINSTALL_KEY}" UninstallString '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKLM "${UNINSTALL_KEY}" QuietUninstallString '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKLM "${UNINSTALL_KEY}" NoModify 1
  WriteRegDWORD HKLM "${UNINSTALL_KEY}" NoRepair 1
SectionEnd

Section "Proxy Manager" manager
!ifdef HAS_MANAGER
  SetOutPath "$INSTDIR"
  File /r "${STAGED}/manager/*"
!endif
SectionEnd

; After every section, since files of both must be there.
Section "-Start"
  ${If} $wasRunning == yes
    !insertmacro Run 'sc.exe start ${SERVICE}'
  ${EndIf}
SectionEnd

Function .onInit
  ${IfNot} ${RunningX64}
    MessageBox MB_OK|MB_ICONSTOP "${TITLE} needs 64-bit Windows." /SD IDOK
    SetErrorLevel 2
    Quit
  ${EndIf}
  SetRegView 64
  ; an upgrade goes where the version before is
  ReadRegStr $0 HKLM "${UNINSTALL_KEY}" InstallLocation
  ${If} $0 != ""
    StrCpy $INSTDIR $0
  ${EndIf}
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/exclude-auth-proxy-manager" $1
  ${IfNot} ${Errors}
    !insertmacro UnselectSection ${manager}
  ${EndIf}
FunctionEnd

; conf and log stay.
Section "Uninstall"
  SetRegView 64
  ; Windows does not delete the files of a running program
  !insertmacro StopService
  !insertmacro Run 'sc.exe delete ${SERVICE}'
  RMDir /r "$INSTDIR\lib"
  RMDir /r "$INSTDIR\doc"
  RMDir /r "$INSTDIR\bin"
  RMDir /r "$INSTDIR\runtime"
  RMDir /r "$INSTDIR\web"
  RMDir /r "$INSTDIR\run"
  Delete "$INSTDIR\package.json"
  Delete "$INSTDIR\installation.json"
  Delete "$INSTDIR\LICENSE"
  Delete "$INSTDIR\THIRD-PARTY-LICENSES"
  Delete "$INSTDIR\countersign-service.exe"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  DeleteRegKey HKLM "${UNINSTALL_KEY}"
SectionEnd
