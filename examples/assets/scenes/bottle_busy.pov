#version 3.7;
#include "common.inc"
Shot(<5, 17.5, -74>, <0.6, 8.3, 0>, 22)
#declare PLACE = 1;
#declare PLATE = "bottle_plate.png";
#include "backdrop.inc"
Softbox(<-52, 46, -18>, <0, 8, 6>, 34, 52, <1, 0.97, 0.92>, 1.5, 3.2)
Softbox(<46, 34, -44>, <0, 8, 0>, 26, 44, <0.94, 0.97, 1>, 0.5, 1.4)
Softbox(<0, 95, 30>, <0, 0, 30>, 70, 40, <1, 0.95, 0.86>, 0.55, 0)
#include "bottle.inc"
#if (PASS != 1) object { Bottle rotate y*-8 } #end
