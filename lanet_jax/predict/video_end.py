"""Whether a video file was read to its end, by what else is in it."""

from pathlib import Path

WHOLE = 0.9  # share of the frames or time in the header, which is an estimate in some files


def is_there(path: Path) -> bool | None:
    """Tells a video that is truncated from one that shows fewer pictures than its header says.

    A trimmed file may hold pictures that are not shown, and sound may be longer than the pictures.
    A whole file holds all pictures that its header counts or, where it counts none, something
    that reaches the end.

    Args:
      path: a video file.

    Returns:
      Whether the file is whole; None if PyAV, which is asked for that, is not installed or cannot
      read the file.
    """
    try:
        import av
    except ImportError:
        return None
    pictures, end = 0, 0.0
    try:
        # FFmpeg takes a relative name with a colon for an address.
        with av.open(str(path.absolute())) as file:
            video = file.streams.video[0]
            begin = (file.start_time or 0) / av.time_base
            for packet in file.demux():
                if packet.pts is None or packet.time_base is None:
                    continue
                pictures += packet.stream_index == video.index
                last = packet.pts + (packet.duration or 0)
                end = max(end, float(last * packet.time_base) - begin)
            if video.frames:
                return pictures >= WHOLE * video.frames
            duration = (file.duration or 0) / av.time_base
            # Its duration counts from 0, not from the first stamp.
            if "matroska" in file.format.name:
                duration -= begin
            return end >= WHOLE * duration
    except (av.FFmpegError, OSError, ValueError, IndexError):
        return None
