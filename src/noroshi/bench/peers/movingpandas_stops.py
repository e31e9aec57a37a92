"""MovingPandas: tracks cut at silences, with their speeds and the stops in them."""

import datetime
import importlib.metadata
import time
import warnings

import lines
import movingpandas
import pandas

warnings.simplefilter("ignore")


def measure(path, gap_s, spread_m, least_s):
    """Positions per second of CPU time, from a table of vessel, time and place to stops. Also how
    many tracks of more than one position there are."""
    table = pandas.read_csv(path, parse_dates=["t"])
    began = time.process_time()
    tracks = movingpandas.TrajectoryCollection(table, "vessel", t="t", x="lon", y="lat", crs=4326)
    gap = datetime.timedelta(seconds=gap_s)
    tracks = movingpandas.ObservationGapSplitter(tracks).split(gap=gap)
    tracks.add_speed()
    stops = movingpandas.TrajectoryStopDetector(tracks).get_stop_segments(
        min_duration=datetime.timedelta(seconds=least_s), max_diameter=spread_m
    )
    spent = time.process_time() - began
    return {"rate": len(table) / spent, "tracks": len(tracks), "stops": len(stops)}


lines.serve({"version": importlib.metadata.version("movingpandas")}, {"measure": measure})
