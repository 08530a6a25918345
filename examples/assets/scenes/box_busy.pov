#version 3.7;
#include "common.inc"
Shot(<-6, 20.5, -72>, <-0.3, 6.9, 0>, 20.2)
#declare PLACE = 2;
#declare PLATE = "box_plate.png";
#include "backdrop.inc"
Softbox(<-46, 48, -40>, <0, 7, 4>, 40, 40, <1, 0.95, 0.88>, 1.7, 0)
Softbox(<50, 26, -36>, <0, 7, 0>, 26, 44, <1, 0.90, 0.78>, 0.6, 0)
Softbox(<0, 95, 30>, <0, 0, 30>, 70, 40, <1, 0.88, 0.7>, 0.6, 0)
#include "box.inc"
#if (PASS != 1) object { Box rotate y*-24 } #end
