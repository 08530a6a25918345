#version 3.7;
#include "common.inc"
Shot(<2, 22, -72>, <0, 6.9, 0>, 20.2)
#declare SweepCol = <0.24, 0.40, 0.46>;
#declare GlowCol = <0.95, 0.98, 1>*0.24;
#declare GlowPos = <3, 15>;
#include "studio.inc"
Softbox(<-44, 40, -34>, <0, 7, 0>, 22, 54, <1, 0.98, 0.96>, 1.2, 3.0)
Softbox(<46, 30, -22>, <0, 7, 0>, 14, 50, <1, 0.99, 0.97>, 0.5, 2.4)
Softbox(<0, 62, 14>, <0, 8, 0>, 44, 26, <1, 1, 1>, 0.35, 1.6)
#include "can.inc"
object { Can rotate y*-6 }
