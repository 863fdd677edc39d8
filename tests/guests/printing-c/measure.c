/* A measure in C, as an ordinary WASI toolchain builds one: it prints, asks for the time, sleeps, looks at
 * its environment, tries to open a file and draws random bytes. Its value says whether it saw what a
 * measure is to see. The canonical ABI is written out by hand. */

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#define EXPORT(name) __attribute__((export_name(name)))

IMPORT("assay:measure/networks@0.1.0", "[resource-drop]network")
void drop_network(int32_t network);
IMPORT("assay:measure/data@0.1.0", "[resource-drop]dataset")
void drop_dataset(int32_t dataset);

extern char **environ;

EXPORT("cabi_realloc")
void *cabi_realloc(void *old, size_t old_size, size_t align, size_t size) {
    (void)old_size, (void)align;
    return realloc(old, size);
}

struct text {
    const char *bytes;
    size_t length;
};

struct description {
    struct text name, version;
    struct text *authors;
    size_t count;
};

EXPORT("describe")
struct description *describe(void) {
    static struct text authors[] = {{"Ada", 3}};
    static struct description description = {{"printing-c", 10}, {"1", 1}, authors, 1};
    puts("nobody reads what is printed here");
    return &description;
}

struct result {
    uint8_t tag;
    union {
        double value;
        struct text error;
    };
};

static int no_file;

static const char *failed(void) {
    struct timespec now, later = {3600, 0};
    if (clock_gettime(CLOCK_REALTIME, &now) || now.tv_sec || now.tv_nsec)
        return "the clock runs";
    if (nanosleep(&later, NULL))
        return "sleeping fails";
    if (clock_gettime(CLOCK_MONOTONIC, &now) || now.tv_sec || now.tv_nsec)
        return "time went by";
    if (environ && environ[0])
        return "there is an environment";
    if (open("/etc/passwd", O_RDONLY) >= 0 || fopen("file", "w"))
        return "a file can be opened";
    no_file = errno;
    if (getchar() != EOF)
        return "there is an input";
    return NULL;
}

EXPORT("evaluate")
struct result *evaluate(int32_t network, int32_t dataset, uint64_t seed) {
    static struct result result;
    drop_network(network);
    drop_dataset(dataset);
    const char *why = failed();
    if (why) {
        result.tag = 1;
        result.error = (struct text){why, strlen(why)};
        return &result;
    }
    uint32_t random;
    if (getentropy(&random, sizeof random))
        abort();
    printf("random %08x", random);
    printf(", seed %s\n", seed ? "there" : "absent");
    fprintf(stderr, "no file: %s\nunfinished", strerror(no_file));
    fflush(stdout);
    result.value = random / 4294967296.0;
    return &result;
}
