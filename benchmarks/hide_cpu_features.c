/* Hide instruction sets from the libraries of one process (Linux, x86-64).

   Built as a shared library and preloaded, it makes CPUID fault and answers it with the
   feature bits cleared that HIDE names: a comma-separated list of avx512, avx512_vnni,
   avx_vnni, avx2, amx. Kernels are then chosen as on a processor without them. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

enum { ARCH_SET_CPUID = 0x1012 };

static int hide_avx512, hide_avx512_vnni, hide_avx_vnni, hide_avx2, hide_amx;
static int active;

typedef int (*sigaction_t)(int, const struct sigaction *, struct sigaction *);

/* Crash handlers of others (faulthandler's) would replace the one that answers CPUID. */
int sigaction(int number, const struct sigaction *new, struct sigaction *old) {
    sigaction_t real = (sigaction_t)dlsym(RTLD_NEXT, "sigaction");
    if (active && number == SIGSEGV) return real(number, NULL, old);
    return real(number, new, old);
}

static void faulting(int on) { syscall(SYS_arch_prctl, ARCH_SET_CPUID, on ? 0 : 1); }

static void mask(uint32_t leaf, uint32_t sub, uint32_t r[4]) {
    if (leaf == 1 && hide_avx2)
        r[2] &= ~(1u << 12 | 1u << 28 | 1u << 29); /* FMA, AVX, F16C */
    if (leaf == 7 && sub == 0) {
        if (hide_avx2) r[1] &= ~(1u << 5);
        if (hide_avx512 || hide_avx2) {
            r[1] &= ~(1u << 16 | 1u << 17 | 1u << 21 | 1u << 28 | 1u << 30 | 1u << 31);
            r[2] &= ~(1u << 1 | 1u << 6 | 1u << 12 | 1u << 14);
            r[3] &= ~(1u << 8 | 1u << 23);
        }
        if (hide_avx512_vnni || hide_avx512 || hide_avx2) r[2] &= ~(1u << 11);
        if (hide_amx || hide_avx512 || hide_avx2) r[3] &= ~(1u << 22 | 1u << 24 | 1u << 25);
    }
    if (leaf == 7 && sub == 1) {
        if (hide_avx_vnni || hide_avx2) {
            r[0] &= ~(1u << 4 | 1u << 23);
            r[3] &= ~(1u << 4 | 1u << 10);
        }
        if (hide_avx512 || hide_avx2) r[0] &= ~(1u << 5);
    }
}

static void on_fault(int number, siginfo_t *info, void *context) {
    greg_t *g = ((ucontext_t *)context)->uc_mcontext.gregs;
    const uint8_t *code = (const uint8_t *)g[REG_RIP];
    if (info->si_code == SI_KERNEL && code[0] == 0x0F && code[1] == 0xA2) {
        uint32_t r[4], leaf = (uint32_t)g[REG_RAX], sub = (uint32_t)g[REG_RCX];
        faulting(0);
        __asm__ volatile("cpuid" : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3]) : "a"(leaf), "c"(sub));
        faulting(1);
        mask(leaf, sub, r);
        g[REG_RAX] = r[0]; g[REG_RBX] = r[1]; g[REG_RCX] = r[2]; g[REG_RDX] = r[3];
        g[REG_RIP] += 2;
        return;
    }
    active = 0;
    signal(number, SIG_DFL);
}

static int named(const char *list, const char *name) {
    size_t n = strlen(name);
    for (const char *at = list; at; at = strchr(at, ',')) {
        if (*at == ',') at++;
        if (!strncmp(at, name, n) && (at[n] == ',' || !at[n])) return 1;
    }
    return 0;
}

__attribute__((constructor)) static void begin(void) {
    const char *list = getenv("HIDE");
    if (!list || !*list) return;
    hide_avx512 = named(list, "avx512");
    hide_avx512_vnni = named(list, "avx512_vnni");
    hide_avx_vnni = named(list, "avx_vnni");
    hide_avx2 = named(list, "avx2");
    hide_amx = named(list, "amx");
    struct sigaction act = {.sa_flags = SA_SIGINFO | SA_NODEFER};
    act.sa_sigaction = on_fault;
    sigaction(SIGSEGV, &act, NULL);
    active = 1;
    faulting(1);
}
