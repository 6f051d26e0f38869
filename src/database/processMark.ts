import { readFileSync } from 'node:fs'

const isLinux = process.platform === 'linux'

/**
 * Names one run of one process: its pid and, on Linux, when it started, since a pid alone is given out again.
 * Null when no such process lives; a zombie does not.
 */
export function markOf(pid: number): string | null {
  return isLinux ? linuxMark(pid) : isRunning(pid) ? `${pid}-` : null
}

function linuxMark(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name and may hold spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? null : `${pid}-${bootId()}-${fields[19]}`
  } catch {
    return null
  }
}

function bootId() {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8)
}

function isRunning(pid: number) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
