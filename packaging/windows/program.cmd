@echo off
rem Runs the program this file is named after.
setlocal
set NODE_OPTIONS=
set NODE_EXTRA_CA_CERTS=
"%~dp0..\runtime\node.exe" --max-semi-space-size=8 --heap-growing-percent=30 "%~dp0..\lib\cmd\%~n0.js" %*
