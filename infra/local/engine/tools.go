package engine

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// oldestJava is the oldest Java that runs DynamoDB Local 2.x.
const oldestJava = 17

// findJava returns a java that is new enough, from JAVA_HOME or the path, and
// installs one where it may.
func findJava(ctx context.Context, log func(string)) (string, error) {
	java, problem := lookJava(ctx)
	if problem == "" {
		return java, nil
	}
	command, err := provide(ctx, log, problem, "openjdk-17-jre-headless", "openjdk-21-jre-headless")
	if err != nil {
		return "", fmt.Errorf("DynamoDB Local needs Java %d or newer, and %s. Install it with:\n  %s\n(%w)", oldestJava, problem, command, err)
	}
	if java, problem = lookJava(ctx); problem != "" {
		return "", fmt.Errorf("DynamoDB Local needs Java %d or newer; it was installed, and yet %s. Is JAVA_HOME or PATH set to another one?", oldestJava, problem)
	}
	return java, nil
}

// lookJava returns java's path, or the problem as half a sentence.
func lookJava(ctx context.Context) (path, problem string) {
	path = filepath.Join(os.Getenv("JAVA_HOME"), "bin", "java")
	if os.Getenv("JAVA_HOME") == "" {
		var err error
		if path, err = exec.LookPath("java"); err != nil {
			return "", "there is none on this machine"
		}
	}
	out, err := exec.CommandContext(ctx, path, "-version").CombinedOutput()
	if err != nil {
		return "", path + " does not run (" + err.Error() + ")"
	}
	version := javaVersion(string(out))
	if version < oldestJava {
		return "", fmt.Sprintf("%s is version %d", path, version)
	}
	return path, ""
}

var versionLine = regexp.MustCompile(`version "(?:1\.)?(\d+)`)

// javaVersion reads the major version from the output of java -version, 0 if it has
// none. Up to Java 8 the major version follows "1.".
func javaVersion(said string) int {
	m := versionLine.FindStringSubmatch(said)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

// findMaven returns mvn's path and installs it where it may.
func findMaven(ctx context.Context, log func(string)) (string, error) {
	if mvn, err := exec.LookPath("mvn"); err == nil {
		return mvn, nil
	}
	const problem = "there is no mvn on this machine"
	command, err := provide(ctx, log, problem, "maven")
	if err != nil {
		return "", fmt.Errorf("DynamoDB Local is fetched by Maven, and %s. Install it with:\n  %s\n(%w)", problem, command, err)
	}
	return exec.LookPath("mvn")
}

// provide installs the first available package, if this is a Debian-like system and this
// process is root. Elsewhere it changes nothing and returns the command that a person
// would type.
func provide(ctx context.Context, log func(string), problem string, packages ...string) (command string, err error) {
	release, _ := os.ReadFile("/etc/os-release")
	apt, aptErr := exec.LookPath("apt-get")
	command = installCommand(string(release), packages[0])
	switch {
	case !strings.Contains(command, "apt-get") || aptErr != nil:
		return command, fmt.Errorf("it is not installed by itself: this is no Debian")
	case os.Geteuid() != 0:
		return command, fmt.Errorf("it is not installed by itself: only root may")
	}
	log("Since " + problem + ", updating the package lists (apt-get update).")
	_ = exec.CommandContext(ctx, apt, "update").Run() // stale lists may serve; if not, the next step says so
	for _, name := range packages {
		log("Installing " + name + " (apt-get install).")
		cmd := exec.CommandContext(ctx, apt, "install", "-y", "--no-install-recommends", name)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		var out []byte
		if out, err = cmd.CombinedOutput(); err == nil {
			return command, nil
		}
		err = fmt.Errorf("apt-get could not install %s: %w\n%s", name, err, lastLines(out))
	}
	return command, err
}

// installCommand returns the command that installs a package, by its name in Debian.
func installCommand(osRelease, name string) string {
	id := regexp.MustCompile(`(?m)^ID(_LIKE)?=.*`).FindAllString(osRelease, -1)
	ids := strings.Join(id, " ")
	fedora := strings.NewReplacer("openjdk-17-jre-headless", "java-21-openjdk-headless")
	brew := strings.NewReplacer("openjdk-17-jre-headless", "openjdk")
	switch {
	case strings.Contains(ids, "debian"):
		return "sudo apt-get install " + name
	case strings.Contains(ids, "fedora"), strings.Contains(ids, "rhel"):
		return "sudo dnf install " + fedora.Replace(name)
	default:
		return "brew install " + brew.Replace(name) + "    (or your system's package of that name)"
	}
}
