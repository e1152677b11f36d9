/* Preloaded into a process: from the k-th change of a file on, or at it alone, the disk says no.
 * Only regular files count: what goes to a terminal or a pipe is none of the disk's business. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static long count, refused_at, refused_until;
static int refused_as;

/* The changes number `from` to `until` fail with `error`; 0, 0 lets all pass. Counting begins anew. */
void disk_fails(long from, long until, int error) {
  count = 0;
  refused_at = from;
  refused_until = until;
  refused_as = error;
}

long disk_changes(void) { return count; }

static int refused(void) {
  long number = __atomic_add_fetch(&count, 1, __ATOMIC_SEQ_CST);
  if (!refused_at || number < refused_at || number > refused_until) return 0;
  errno = refused_as;
  return 1;
}

static int regular(int fd) {
  struct stat is;
  return fstat(fd, &is) == 0 && S_ISREG(is.st_mode);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *from, size_t size) {
  return regular(fd) && refused() ? -1 : NEXT(write)(fd, from, size);
}
ssize_t pwrite(int fd, const void *from, size_t size, off_t at) {
  return refused() ? -1 : NEXT(pwrite)(fd, from, size, at);
}
ssize_t pwrite64(int fd, const void *from, size_t size, off64_t at) {
  return refused() ? -1 : NEXT(pwrite64)(fd, from, size, at);
}
int fsync(int fd) { return refused() ? -1 : NEXT(fsync)(fd); }
int fdatasync(int fd) { return refused() ? -1 : NEXT(fdatasync)(fd); }
int ftruncate(int fd, off_t size) { return refused() ? -1 : NEXT(ftruncate)(fd, size); }
int ftruncate64(int fd, off64_t size) { return refused() ? -1 : NEXT(ftruncate64)(fd, size); }
int rename(const char *from, const char *to) { return refused() ? -1 : NEXT(rename)(from, to); }
int link(const char *from, const char *to) { return refused() ? -1 : NEXT(link)(from, to); }
