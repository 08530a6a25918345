#version 3.7;
#include "common.inc"
Shot(<-3, 16.5, -74>, <0, 8.1, 0>, 22.8)
#declare SweepCol = <0.60, 0.455, 0.33>;
#declare GlowCol = <1, 0.88, 0.72>*0.30;
#declare GlowPos = <0, 16>;
#include "studio.inc"
Softbox(<-46, 44, -30>, <0, 8, 0>, 26, 52, <1, 0.97, 0.93>, 1.15, 3.2)
Softbox(<48, 26, -10>, <0, 8, 0>, 14, 46, <0.97, 0.98, 1>, 0.32, 2.2)
#include "bottle.inc"
object { Bottle rotate y*4 }
