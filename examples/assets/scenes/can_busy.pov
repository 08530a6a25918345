#version 3.7;
#include "common.inc"
Shot(<-4, 19, -73>, <0.2, 7.1, 0>, 20)
#declare PLACE = 3;
#declare PLATE = "can_plate.png";
#include "backdrop.inc"
Softbox(<-44, 42, -36>, <0, 7, 4>, 26, 54, <1, 0.97, 0.93>, 1.6, 3.2)
Softbox(<46, 32, -22>, <0, 7, 0>, 16, 50, <1, 0.88, 0.72>, 0.75, 2.6)
Softbox(<0, 95, 30>, <0, 0, 30>, 70, 40, <0.8, 0.88, 1>, 0.4, 0.8)
#include "can.inc"
#if (PASS != 1) object { Can rotate y*8 } #end
