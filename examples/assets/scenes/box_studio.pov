#version 3.7;
#include "common.inc"
Shot(<4, 19.5, -74>, <0.2, 6.7, 0>, 20.4)
#declare SweepCol = <0.57, 0.51, 0.42>;
#declare GlowCol = <1, 0.95, 0.88>*0.25;
#declare GlowPos = <-4, 14>;
#include "studio.inc"
Softbox(<-40, 50, -42>, <0, 7, 0>, 40, 40, <1, 0.97, 0.94>, 1.35, 0)
Softbox(<52, 24, -34>, <0, 7, 0>, 26, 44, <0.96, 0.98, 1>, 0.42, 0)
#include "box.inc"
object { Box rotate y*30 }
