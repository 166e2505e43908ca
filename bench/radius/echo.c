/* The least that any UDP server can do: each datagram goes back as it came. Prints its port. */
#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>

int main(void) {
  struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}}, from;
  socklen_t length = sizeof own;
  int buffer = 4 << 20, fd = socket(AF_INET, SOCK_DGRAM, 0);
  char datagram[4096];
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  if (bind(fd, (struct sockaddr *)&own, length) || getsockname(fd, (struct sockaddr *)&own, &length))
    return 1;
  printf("{\"port\":%d}\n", ntohs(own.sin_port));
  fflush(stdout);
  for (;;) {
    length = sizeof from;
    ssize_t octets = recvfrom(fd, datagram, sizeof datagram, 0, (struct sockaddr *)&from, &length);
    if (octets >= 0) sendto(fd, datagram, octets, 0, (struct sockaddr *)&from, length);
  }
}
