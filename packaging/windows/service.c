// The Windows service of the authentication proxy, and the encryption of its key.
//
//   countersign-service.exe              started by the service manager: runs runtime\node.exe
//   countersign-service.exe protect      encrypts standard input with DPAPI, for this machine
//   countersign-service.exe unprotect    decrypts it
//
// Windows has no SIGTERM: to stop the proxy, its standard input is closed (authproxy --stop-on-stdin-end).
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <string.h>
#include <windows.h>
#include <wincrypt.h>

#define SERVICE_NAME L"CountersignAuthProxy"
#define PATH_LENGTH 1024
#define STOP_MS 20000
#define MAX_SECRET 65536

static SERVICE_STATUS_HANDLE manager;
static HANDLE child, job, child_input;
static volatile LONG stopping;

static void report(DWORD state, DWORD error) {
  SERVICE_STATUS status = {0};
  status.dwServiceType = SERVICE_WIN32_OWN_PROCESS;
  status.dwCurrentState = state;
  if (state == SERVICE_RUNNING) status.dwControlsAccepted = SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SHUTDOWN;
  if (error != 0) {
    status.dwWin32ExitCode = ERROR_SERVICE_SPECIFIC_ERROR;
    status.dwServiceSpecificExitCode = error;
  }
  if (state == SERVICE_START_PENDING || state == SERVICE_STOP_PENDING) status.dwWaitHint = STOP_MS + 10000;
  SetServiceStatus(manager, &status);
}

static DWORD WINAPI on_control(DWORD control, DWORD type, LPVOID data, LPVOID context) {
  (void)type, (void)data, (void)context;
  if (control != SERVICE_CONTROL_STOP && control != SERVICE_CONTROL_SHUTDOWN) return NO_ERROR;
  // a second request while the first is served would close the pipe twice
  if (InterlockedExchange(&stopping, 1) != 0) return NO_ERROR;
  report(SERVICE_STOP_PENDING, 0);
  CloseHandle(child_input);
  if (WaitForSingleObject(child, STOP_MS) != WAIT_OBJECT_0) TerminateJobObject(job, 1);
  return NO_ERROR;
}

// The folder of this program, without a backslash at its end.
static void find_root(WCHAR *root) {
  DWORD length = GetModuleFileNameW(NULL, root, PATH_LENGTH);
  if (length == 0 || length >= PATH_LENGTH) ExitProcess(1);
  *wcsrchr(root, L'\\') = 0;
}

// Starts node.exe, which ends with this process. Returns 0 if it can't be started.
static int start_child(const WCHAR *root) {
  WCHAR command[4 * PATH_LENGTH], output[PATH_LENGTH + 32];
  SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
  STARTUPINFOW startup = {0};
  PROCESS_INFORMATION process;
  HANDLE input;

  job = CreateJobObjectW(NULL, NULL);
  limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
  SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits);
  if (!CreatePipe(&input, &child_input, &inherited, 0)) return 0;
  SetHandleInformation(child_input, HANDLE_FLAG_INHERIT, 0);
  swprintf(output, PATH_LENGTH + 32, L"%ls\\log\\service.out", root);
  startup.cb = sizeof startup;
  startup.dwFlags = STARTF_USESTDHANDLES;
  startup.hStdInput = input;
  startup.hStdOutput = startup.hStdError =
      CreateFileW(output, FILE_APPEND_DATA, FILE_SHARE_READ, &inherited, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
  swprintf(command, 4 * PATH_LENGTH,
           L"\"%ls\\runtime\\node.exe\" --max-semi-space-size=8 --heap-growing-percent=30 "
           L"\"%ls\\lib\\cmd\\authproxy.js\" --stop-on-stdin-end --config \"%ls\\conf\\authproxy.cfg\"",
           root, root, root);
  // foreign values would change which files Node loads and which authorities it trusts
  SetEnvironmentVariableW(L"NODE_OPTIONS", NULL);
  SetEnvironmentVariableW(L"NODE_EXTRA_CA_CERTS", NULL);
  if (!CreateProcessW(NULL, command, NULL, NULL, TRUE, CREATE_SUSPENDED | CREATE_NO_WINDOW, NULL, root, &startup,
                      &process))
    return 0;
  child = process.hProcess;
  AssignProcessToJobObject(job, child);
  ResumeThread(process.hThread);
  CloseHandle(process.hThread);
  CloseHandle(input);
  return 1;
}

static void WINAPI run_service(DWORD count, LPWSTR *names) {
  WCHAR root[PATH_LENGTH];
  DWORD error = 1;
  (void)count, (void)names;
  manager = RegisterServiceCtrlHandlerExW(SERVICE_NAME, on_control, NULL);
  report(SERVICE_START_PENDING, 0);
  find_root(root);
  if (start_child(root)) {
    report(SERVICE_RUNNING, 0);
    WaitForSingleObject(child, INFINITE);
    GetExitCodeProcess(child, &error);
  }
  report(SERVICE_STOPPED, stopping ? 0 : error);
}

// Any process of this machine can decrypt; the permissions of the folder conf are what keeps others out.
static int convert(int protect) {
  static BYTE bytes[MAX_SECRET];
  DATA_BLOB from = {0, bytes}, to;
  BOOL done;
  _setmode(_fileno(stdin), _O_BINARY);
  _setmode(_fileno(stdout), _O_BINARY);
  from.cbData = (DWORD)fread(bytes, 1, sizeof bytes, stdin);
  done = protect ? CryptProtectData(&from, L"authproxy", NULL, NULL, NULL,
                                    CRYPTPROTECT_LOCAL_MACHINE | CRYPTPROTECT_UI_FORBIDDEN, &to)
                 : CryptUnprotectData(&from, NULL, NULL, NULL, NULL, CRYPTPROTECT_UI_FORBIDDEN, &to);
  SecureZeroMemory(bytes, sizeof bytes);
  if (!done) {
    fprintf(stderr, "DPAPI refused: error %lu\n", GetLastError());
    return 1;
  }
  fwrite(to.pbData, 1, to.cbData, stdout);
  SecureZeroMemory(to.pbData, to.cbData);
  LocalFree(to.pbData);
  return 0;
}

int main(int count, char **arguments) {
  SERVICE_TABLE_ENTRYW table[] = {{SERVICE_NAME, run_service}, {NULL, NULL}};
  if (count == 2 && strcmp(arguments[1], "protect") == 0) return convert(1);
  if (count == 2 && strcmp(arguments[1], "unprotect") == 0) return convert(0);
  if (count == 1 && StartServiceCtrlDispatcherW(table)) return 0;
  fprintf(stderr, "This is a Windows service; start it with: net start CountersignAuthProxy\n");
  return 1;
}
